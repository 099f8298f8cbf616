// The public surface of @nigh/text. What is not exported here may change without notice.

export {};
