import fc from 'fast-check';

// One seed a run, chosen and printed by vitest.config.ts. A property that names its own keeps it.
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(process.env.SLUICE_SEED) });
