// The public surface of @nigh/formats. What is not exported here may change without notice.

export {};
