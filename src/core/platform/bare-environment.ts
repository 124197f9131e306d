/** All that a process of our own needs of the environment: the settings hold passwords. */
const NEEDED = /^(?:PATH|HOME|TMPDIR|LANG|LC_.*|XDG_.*|FONTCONFIG_.*|LD_LIBRARY_PATH|MALLOC_.*|SystemRoot)$/;

export function bareEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => NEEDED.test(name)));
}
