/**
 * The simulator's only source of choice: a small seeded generator (sfc32), whose draws can be recorded and played back. A played script that
 * ends goes on with zeros, and a zero is everywhere the dull choice (no fault, the first of several), so that cutting a script shrinks a run.
 */
export class Draws {
  /** Draws made since the last `reseed`, kept when recording. */
  log: number[] | null = null;
  private script: readonly number[] | null = null;
  private position = 0;
  private a = 0;
  private b = 0;
  private c = 0;
  private counter = 1;

  constructor(seed: number) {
    this.reseed(seed);
  }

  reseed(seed: number): void {
    // The three words differ for every seed below 2^53; twelve rounds mix them.
    this.a = seed | 0;
    this.b = Math.floor(seed / 2 ** 32) | 0;
    this.c = 0x9e3779b9 | 0;
    this.counter = 1;
    this.script = null;
    this.position = 0;
    this.log = null;
    for (let round = 0; round < 12; round += 1) this.next();
  }

  record(): void {
    this.log = [];
  }

  play(script: readonly number[]): void {
    this.script = script;
    this.position = 0;
    this.log = [];
  }

  /** A whole number in [0, bound); `bound` is at least 1 and far below 2^20, so the bias of scaling is below 2^-12. */
  draw(bound: number): number {
    let drawn: number;
    if (this.script) {
      drawn = this.position < this.script.length ? Math.min(this.script[this.position]!, bound - 1) : 0;
      this.position += 1;
    } else {
      drawn = Math.floor(((this.next() >>> 0) / 4294967296) * bound);
    }
    if (this.log) this.log.push(drawn);
    return drawn;
  }

  /** True `perMille` times in a thousand; never when that is 0, and then nothing is drawn. */
  chance(perMille: number): boolean {
    return perMille > 0 && this.draw(1000) >= 1000 - perMille;
  }

  private next(): number {
    const mixed = (((this.a + this.b) | 0) + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = ((this.c << 21) | (this.c >>> 11)) + mixed | 0;
    return mixed;
  }
}
