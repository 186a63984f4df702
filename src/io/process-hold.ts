// Keeps the process alive while somebody waits for a promise of ours. A server's timers don't keep it alive,
// and neither does a paused socket. A promise that only they can settle would never settle: the process would
// end at its `await`.

/** Node fires a longer delay at once. */
const DELAY_MS_MAX = 2 ** 31 - 1;
const nothing = (): void => {};

let holds = 0;
let timer: NodeJS.Timeout | undefined;

/** Keeps the process alive until the returned function is called. A second call of that changes nothing. */
export function holdProcess(): () => void {
  holds++;
  timer ??= setInterval(nothing, DELAY_MS_MAX);
  let held = true;
  return () => {
    if (!held) return;
    held = false;
    holds--;
    if (holds > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}
