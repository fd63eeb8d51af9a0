import { resolve } from 'node:path';
import { readEnvironment } from '../core/environment.js';
import { runAction } from './run-action.js';

// The bundle is dist/main/index.js of the action's own folder, which also holds docker/.
process.exitCode = await runAction(readEnvironment(), resolve(import.meta.dirname, '../..'));
