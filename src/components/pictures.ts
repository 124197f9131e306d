/** The address of a picture that lies beside an article or author, for use on any page. */
export function pictureAddress(item: { path: string }, src: string): string {
  return new URL(src, `http://here${item.path}`).pathname;
}
