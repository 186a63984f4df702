// Backends of 100 to 200 requests a second, met cold or after a calm minute, and asked for more than they can do: what
// is served in time, second by second.

const seconds = 9;
/** By what each takes, in milliseconds: those who call it wait longer where it takes long. */
const backends = [
  { servers: 20, ms: 100 },
  { servers: 10, ms: 100 },
  { servers: 20, ms: 200 },
  { servers: 4, ms: 40 },
  { servers: 50, ms: 500, patienceMs: 2000 },
];
const loads = [2, 3, 5, 8, 10];
const models = ['established', 'pool', 'fresh'];

/** @param calmSeconds - so long half of what it can do is asked for, before more is */
function slowBackend({ servers, ms, patienceMs }, calmSeconds, times, model) {
  const capacity = (servers * 1000) / ms;
  const when = calmSeconds === 0 ? 'cold' : `after ${calmSeconds} s`;
  return {
    kind: 'seconds',
    what: `${servers} × ${ms} ms, ${when}, ${model}, ${times}×`,
    from: calmSeconds,
    seconds: calmSeconds + seconds,
    patienceMs,
    capacity: () => capacity,
    backend: () => ({ servers, ms }),
    clients: [
      {
        tag: 'short',
        rate: (second) => (second < calmSeconds ? 0.5 : times) * capacity,
        work: () => ({ toBackend: true }),
        model,
        connections: Math.max(200, Math.ceil(times * capacity * 0.6)),
      },
    ],
  };
}

/** By name. */
export const slowBackends = Object.fromEntries(
  backends
    .flatMap((backend) =>
      [0, 60].flatMap((calmSeconds) =>
        models.flatMap((model) =>
          loads.map((times) => slowBackend(backend, calmSeconds, times, model)),
        ),
      ),
    )
    .map((world) => [world.what, world]),
);
