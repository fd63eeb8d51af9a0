import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

// The runner copies an action to a place without node_modules.
const module = join(process.env.CHECKOUT, 'node_modules/@actions/artifact/lib/artifact.js');
const { DefaultArtifactClient } = await import(pathToFileURL(module).href);

const client = new DefaultArtifactClient();
const { artifact } = await client.getArtifact(process.env.INPUT_NAME);
await client.downloadArtifact(artifact.id, { path: process.env.INPUT_PATH });
