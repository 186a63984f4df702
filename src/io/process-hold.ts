// What keeps the process alive while somebody waits for a promise of ours. The timers of a server
// don't, and a socket that is paused doesn't either: a promise that only they can settle would end
// the process in place of the `await`.

/** Node fires a longer delay at once. */
const delayMsMax = 2 ** 31 - 1;
const nothing = (): void => {};

let holds = 0;
let timer: NodeJS.Timeout | undefined;

/** Keeps the process alive until what this gives is called. Calling that again changes nothing. */
export function holdProcess(): () => void {
  holds++;
  timer ??= setInterval(nothing, delayMsMax);
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
