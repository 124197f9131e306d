import type { APIRoute } from 'astro';
import { noteAct } from '#core/platform/audit.ts';
import { AppError } from '#core/platform/errors.ts';
import { EXPORT_FORMATS, exportedList } from '#core/transfer/export-subscribers.ts';
import { formOf } from '../../_form.ts';
import { atDesk, stepUpFirst } from '../_session.ts';
import { filterFields, filterFrom, listPath } from './_filter.ts';

const TYPES = { csv: 'text/csv; charset=utf-8', json: 'application/json; charset=utf-8' } as const;

/** Those of the list who fit, as a file, with the evidence of their consent; by POST, so that nothing fetches it by itself. */
export const POST: APIRoute = async (context) => {
  const person = await atDesk(context, 'subscribers');
  if (person instanceof Response) return person;
  const { app, drained } = context.locals;
  const form = await formOf(context.request);
  const fields = filterFields(form.text);
  const first = stepUpFirst({ ...context, url: new URL(listPath(fields), context.url) }, person);
  if (first) return first;
  const format = EXPORT_FORMATS.find((one) => one === form.text('format'));
  if (!format) throw new AppError('invalid', 'Nothing was exported: choose CSV or JSON.');
  const filter = filterFrom(fields, app.library.site);
  const after = Object.keys(fields).length === 0 ? format : `${format}, some`; // of what was asked for, an address may be a part
  await noteAct(app.db, app, { act: 'subscribers.export', subject: 'subscribers', after });
  return new Response(inTime(exportedList(app, filter, format), drained), {
    headers: {
      'content-type': TYPES[format],
      'content-disposition': `attachment; filename="subscribers.${format}"`,
      'cache-control': 'no-store',
    },
  });
};

/** As fast as it is read, and no further than whoever reads it stays. */
function inTime(pieces: AsyncGenerator<string>, drained: () => Promise<void>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      await drained();
      const { value, done } = await pieces.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      await pieces.return(undefined);
    },
  });
}
