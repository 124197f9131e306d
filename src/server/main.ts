import { ConfigError } from '#core/platform/config.ts';
import { serve } from './start.ts';

try {
  await serve();
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
