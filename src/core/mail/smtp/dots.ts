const CRLF = Buffer.from('\r\n');
const LF_DOT = Buffer.from('\n.');
const DOT = Buffer.from('.');

/**
 * The letter as DATA takes it: a dot doubled at the start of each line (RFC 5321 section 4.5.2), and its last line
 * ended; without the final dot. After a bare line feed too, where a careless relay would see the end of the letter.
 */
export function dotStuffed(bytes: Buffer): Buffer {
  const pieces: Buffer[] = [];
  if (bytes[0] === DOT[0]) pieces.push(DOT);
  let start = 0;
  for (let at = bytes.indexOf(LF_DOT); at >= 0; at = bytes.indexOf(LF_DOT, start)) {
    pieces.push(bytes.subarray(start, at + 1), DOT);
    start = at + 1;
  }
  const isEnded = bytes.length === 0 || bytes.subarray(-2).equals(CRLF);
  if (pieces.length === 0 && isEnded) return bytes;
  return Buffer.concat([...pieces, bytes.subarray(start), isEnded ? Buffer.alloc(0) : CRLF]);
}
