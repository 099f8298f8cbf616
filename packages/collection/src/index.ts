// The public surface of @nigh/collection. What is not exported here may change without notice.

export {};
