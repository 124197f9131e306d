import path from 'node:path';
import { projectRoot } from '#core/platform/config.ts';

/** The project's own Node, and the command `watchpost` as it runs it. */
export const NODE = path.join(projectRoot, 'node_modules/.bin/node');
export const COMMAND = path.join(projectRoot, 'src/cli/watchpost.mjs');
