export const monotonicMs = () => performance.now();
