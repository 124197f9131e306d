import node from '@astrojs/node';
import { defineConfig } from 'astro/config';

const OUTSIDE = /^#(?:core|server)\//;
// The built bundle resolves these names itself, through package.json "imports"; the dev server needs the file.
const isDev = !process.argv.includes('build');

export default defineConfig({
  output: 'server',
  adapter: node({ mode: 'middleware', bodySizeLimit: 64 * 1024 }),
  session: false,
  // White space as the formatter means it: a line break in a template is none on the page.
  compressHTML: 'jsx',
  trailingSlash: 'always',
  build: { inlineStylesheets: 'never' },
  devToolbar: { enabled: false },
  // The front door has checked host, origin and size before Astro sees a request (see DECISIONS.md).
  security: { checkOrigin: false, allowedDomains: [{}] },
  cache: { provider: { entrypoint: new URL('./src/cache-provider.ts', import.meta.url) } },
  vite: {
    build: { assetsInlineLimit: 0 },
    plugins: [
      {
        // Core and server stay outside the bundle: Node resolves them through package.json "imports" and strips
        // the types itself, so that pages, command line, worker and tests share the very same modules.
        name: 'core-stays-outside',
        enforce: 'pre',
        resolveId: (id) =>
          OUTSIDE.test(id) ? { id: isDev ? import.meta.resolve(id) : id, external: true } : undefined,
      },
    ],
  },
});
