import { readEnvironment } from '../core/environment.js';
import { runApply } from './run-apply.js';

process.exitCode = await runApply(readEnvironment());
