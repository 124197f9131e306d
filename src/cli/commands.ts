import { parseArgs } from 'node:util';
import { ConfigError } from '#core/platform/config.ts';
import { AppError, type ErrorCode, wordsOf } from '#core/platform/errors.ts';
import { type Command, UsageError } from './command.ts';

/** In the order in which a newcomer needs them; each is read only when it is called. */
const COMMANDS: Record<string, () => Promise<Command>> = {
  serve: async () => (await import('./serve.ts')).serveCommand,
  worker: async () => (await import('./serve.ts')).workerCommand,
  migrate: async () => (await import('./migrate.ts')).migrateCommand,
  check: async () => (await import('./check.ts')).checkCommand,
  preview: async () => (await import('./preview.ts')).previewCommand,
  doctor: async () => (await import('./doctor.ts')).doctorCommand,
  desk: async () => (await import('./desk.ts')).deskCommand,
  rules: async () => (await import('./rules.ts')).rulesCommand,
  digest: async () => (await import('./digest.ts')).digestCommand,
  alert: async () => (await import('./alert.ts')).alertCommand,
  letter: async () => (await import('./letter.ts')).letterCommand,
  editions: async () => (await import('./editions.ts')).editionsCommand,
  edition: async () => (await import('./edition.ts')).editionCommand,
  deliveries: async () => (await import('./deliveries.ts')).deliveriesCommand,
  backup: async () => (await import('./backup.ts')).backupCommand,
  restore: async () => (await import('./restore.ts')).restoreCommand,
  instance: async () => (await import('./instance.ts')).instanceCommand,
  subscribers: async () => (await import('./subscribers.ts')).subscribersCommand,
  import: async () => (await import('./import.ts')).importCommand,
  export: async () => (await import('./export.ts')).exportCommand,
  bounce: async () => (await import('./bounce.ts')).bounceCommand,
  verify: async () => (await import('./verify.ts')).verifyCommand,
  audit: async () => (await import('./audit.ts')).auditCommand,
  drill: async () => (await import('./drill.ts')).drillCommand,
};

/** The one place where a broken rule becomes an exit code. */
const EXIT: Record<ErrorCode, number> = {
  invalid: 2,
  'not-found': 3,
  conflict: 4,
  unauthorized: 5,
  limited: 6,
  unavailable: 7,
};

/** Runs `watchpost …`: sets the exit code, prints what went wrong in words, never a stack for a known fault. */
export async function runCommand(argv: readonly string[]): Promise<void> {
  const [name = '--help', ...rest] = argv;
  let command: Command | undefined;
  try {
    command = await COMMANDS[name]?.();
    process.exitCode = command ? await run(command, name, rest) : await noCommand(name);
  } catch (error) {
    console.error(error instanceof Error && !isKnown(error) ? error : wordsOf(error));
    process.exitCode = command?.faultCode ?? exitCodeOf(error);
  }
}

function exitCodeOf(error: unknown): number {
  if (error instanceof AppError) return EXIT[error.code];
  return isKnown(error) ? 2 : 1;
}

async function noCommand(name: string): Promise<number> {
  if (!['--help', '-h', 'help'].includes(name))
    throw new UsageError(`There is no command "${name}". "watchpost --help" lists those there are.`);
  console.log(await overview());
  return 0;
}

async function run(command: Command, name: string, rest: string[]): Promise<number> {
  const args = parsed(command, name, rest);
  if (args.values.help) {
    console.log(command.help);
    return 0;
  }
  return (await command.run(args)) ?? 0;
}

function parsed(command: Command, name: string, rest: string[]) {
  try {
    return parseArgs({
      args: rest,
      allowPositionals: true,
      options: { ...command.options, help: { type: 'boolean', short: 'h' } },
    });
  } catch (error) {
    throw new UsageError(
      `${wordsOf(error).split('. ')[0]}. "watchpost ${name} --help" shows how it is called.`,
    );
  }
}

async function overview(): Promise<string> {
  const entries = await Promise.all(
    Object.entries(COMMANDS).map(async ([name, load]) => [name, (await load()).summary] as const),
  );
  const lines = entries.map(([name, summary]) => `  ${name.padEnd(13)}${summary}`);
  return `Usage: watchpost <command> [options]\n\n${lines.join('\n')}\n\n"watchpost <command> --help" says more.`;
}

function isKnown(error: unknown): boolean {
  return error instanceof AppError || error instanceof ConfigError || error instanceof UsageError;
}
