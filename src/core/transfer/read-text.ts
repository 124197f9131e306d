import { createReadStream } from 'node:fs';
import { AppError, wordsOf } from '../platform/errors.ts';

/**
 * A file's text in pieces, as UTF-8 or, where it begins so, as the UTF-16 of a spreadsheet.
 *
 * @throws AppError `invalid` where it cannot be read
 */
export async function* textOf(file: string): AsyncGenerator<string> {
  let decoder: TextDecoder | undefined;
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: 256 * 1024 })) {
      const bytes: Buffer = chunk;
      decoder ??= new TextDecoder(bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : 'utf-8');
      yield decoder.decode(bytes, { stream: true });
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
    throw new AppError('invalid', `The file cannot be read: ${wordsOf(error)}.`);
  }
  if (decoder) yield decoder.decode();
}
