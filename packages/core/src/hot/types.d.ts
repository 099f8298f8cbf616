// The number types of the hot code. AssemblyScript knows them; for tsc they are plain numbers.
// `x as i32` converts in WebAssembly and does nothing in JavaScript: convert through the machine.

declare type i32 = number;
declare type f32 = number;
declare type f64 = number;
