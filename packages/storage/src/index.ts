// The public surface of @nigh/storage. What is not exported here may change without notice.

export {};
