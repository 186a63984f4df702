import { calibrate } from './work.mjs';

process.send({ stepsPerMs: calibrate() });
