// Sharing work among threads. A job is a kind, a block of parameters and a number of units. Threads claim units one by
// one from a ticket that holds the job's number and what is left of it, so a thread that wakes late finds nothing to
// do and nobody waits for it; the caller works too and returns when all units are done.
import { runUnit } from './units';

// Control block, at an address that is a multiple of 64 (each group on its own cache line).
const TICKET = 0; // u64: job number << 32 | units left
const DONE = 64; // units finished
const JOB = 128; // number of the current job; workers sleep on it
const STOP = 132; // 1: workers return
const HELPED = 136; // units done by workers since the start
const UNITS = 192;
const KIND = 196;
/** Offset of the parameters of the current job. */
const PARAMETERS = 256;

// Turns of an empty loop before sleeping: long enough for what lies between two jobs of a training step.
const WORKER_SPINS = 30000;
const CALLER_SPINS = 20000;

function workOn(control: usize, job: u32, thread: i32): void {
  while (true) {
    const ticket = atomic.load<u64>(control, TICKET);
    const left = <i32>ticket;
    if (<u32>(ticket >> 32) !== job || left === 0) return;
    if (atomic.cmpxchg<u64>(control, ticket, ticket - 1, TICKET) !== ticket) continue;
    const units = load<i32>(control, UNITS);
    runUnit(load<i32>(control, KIND), control + PARAMETERS, units - left, thread);
    if (thread !== 0) atomic.add<i32>(control, 1, HELPED);
    if (atomic.add<i32>(control, 1, DONE) + 1 === units) atomic.notify(control + DONE, 1);
  }
}

/** The life of a worker: returns only when told to stop. */
export function serve(control: usize, thread: i32): void {
  let job: u32 = 0;
  while (atomic.load<i32>(control, STOP) === 0) {
    for (let i = 0; i < WORKER_SPINS && atomic.load<u32>(control, JOB) === job; i++) {}
    atomic.wait<i32>(control + JOB, job, -1);
    job = atomic.load<u32>(control, JOB);
    workOn(control, job, thread);
  }
}

/** Runs all units of the job whose parameters are in the control block, with the help of `workers` threads. */
export function run(control: usize, kind: i32, units: i32, workers: i32): void {
  const parameters = control + PARAMETERS;
  if (workers === 0 || units === 1) {
    for (let unit = 0; unit < units; unit++) runUnit(kind, parameters, unit, 0);
    return;
  }
  store<i32>(control, units, UNITS);
  store<i32>(control, kind, KIND);
  atomic.store<i32>(control, 0, DONE);
  const job = atomic.load<u32>(control, JOB) + 1;
  atomic.store<u64>(control, ((<u64>job) << 32) | <u64>units, TICKET);
  atomic.store<u32>(control, job, JOB);
  atomic.notify(control + JOB, workers);
  workOn(control, job, 0);
  while (true) {
    for (let i = 0; i < CALLER_SPINS; i++) if (atomic.load<i32>(control, DONE) === units) return;
    const done = atomic.load<i32>(control, DONE);
    if (done === units) return;
    atomic.wait<i32>(control + DONE, done, 1000000);
  }
}

/** Makes the workers return from `serve`. */
export function stop(control: usize): void {
  atomic.store<i32>(control, 1, STOP);
  atomic.add<u32>(control, 1, JOB);
  atomic.notify(control + JOB, -1);
}
