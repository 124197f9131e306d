/** What is kept about somebody, for them alone, as a file to save. */
export function sendOwnData(name: string, kept: Readonly<Record<string, unknown>>): Response {
  return new Response(`${JSON.stringify(kept, null, 2)}\n`, {
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'content-disposition': `attachment; filename="${name}.json"`,
      'cache-control': 'no-store',
      'x-robots-tag': 'noindex',
    },
  });
}
