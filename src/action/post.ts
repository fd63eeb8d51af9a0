import { readEnvironment } from '../core/environment.js';
import { cleanUp } from './clean-up.js';

await cleanUp(readEnvironment());
