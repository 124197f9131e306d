/** Mail programs make links of whatever looks like one: a letter of ours carries the site's own and no other. */
export function unlinked(text: string): string {
  return text
    .replace(/h(tt)(ps?:\/\/)/gi, 'hxx$2')
    .replace(/([a-z][a-z0-9+.-]*):(?=\/\/)/gi, (whole, scheme: string) =>
      /^hxxps?$/i.test(scheme) ? whole : `${scheme}[:]`,
    )
    .replace(/\\\\(?=\S)/g, '\\ \\')
    .replace(
      /(?<=[\p{L}\p{N}_-])[.。．․](?=[\p{L}])|(?<=\d)\.(?=\d+\.\d+\.?\d*)|(?<=\d\.?\d*\.\d+)\.(?=\d)/gu,
      '[.]',
    )
    .replace(/(?<=\S)@(?=\S)/g, '[at]');
}
