// The views the JavaScript target works on. A file of its own, without the number types of the hot
// code, because the engine's declarations mention it.

/** The views of one memory, whole; bound before each call into the hot code. */
export interface MachineViews {
  readonly i32s: Int32Array;
  readonly f32s: Float32Array;
  readonly i8s: Int8Array;
  readonly u8s: Uint8Array;
}
