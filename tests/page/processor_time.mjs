// Time limits in processor time, for measurements on a busy machine: the clock runs on while other programs have the
// processors, and a limit on the clock would stop correct code.

const LOOK_AFTER = 50; // milliseconds
const MOST_TIMES = 20; // for code that only waits: so many times its limit on the clock

// From now on, a timer ends once this process has used that much processor time. uncounted: whether something else than
// the learner's code, such as an interpreter that starts, uses it at the moment.
export function countProcessorTime(uncounted = () => false) {
  const { setTimeout: set, clearTimeout: clear } = globalThis;
  globalThis.setTimeout = (take, milliseconds = 0, ...given) => {
    const timer = {};
    const began = performance.now();
    let used = 0;
    let before = process.cpuUsage();
    const look = () => {
      const { user, system } = process.cpuUsage(before);
      before = process.cpuUsage();
      if (!uncounted()) used += (user + system) / 1000;
      if (used >= milliseconds || performance.now() - began >= MOST_TIMES * milliseconds) take(...given);
      else timer.id = set(look, LOOK_AFTER);
    };
    timer.id = set(look, Math.min(milliseconds, LOOK_AFTER));
    return timer;
  };
  globalThis.clearTimeout = (timer) => clear(timer?.id ?? timer);
}
