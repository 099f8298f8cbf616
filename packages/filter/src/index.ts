// The public surface of @nigh/filter. What is not exported here may change without notice.

export {};
