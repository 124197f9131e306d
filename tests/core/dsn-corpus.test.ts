import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { readReport } from '#core/mail/bounces/read-report.ts';
import type { Report } from '#core/mail/bounces/report.ts';

const CORPUS = new URL('../../../shared/corpora/dsn/', import.meta.url);
const skip = existsSync(CORPUS) ? false : 'skipped: ../shared/corpora/dsn is not here';

/** Where our verdict on a machine-readable report is another than the label's, and why it stays. */
const DISAGREEMENTS: Record<string, string> = {
  'rhost-aol-06.eml':
    'labelled hard, read as soft: "Malformed or unexpected name server reply" is a fault of a look at DNS; the same words in lhost-postfix-17.eml are labelled soft',
};

/** Messages on one recipient, whom the labels count twice. */
const COUNTED_TWICE = ['rfc3464-01.eml', 'rfc3464-28.eml'];

interface Label {
  machineReadableDsn: boolean;
  arf: boolean;
  recipients: { cls: string; reason: string }[];
}

interface Judged {
  name: string;
  label: Label;
  report: Report;
  expected: string[];
  found: string[];
}

const SUPPRESSING = ['hard', 'complaint', 'opt-out'];

test('real bounces, complaints and absence notes are read as a person would read them', {
  skip,
}, async (t) => {
  const labels: Record<string, Label> = JSON.parse(readFileSync(new URL('labels.json', CORPUS), 'utf8'));
  const judged = await Promise.all(Object.entries(labels).map(([name, label]) => judge(name, label)));
  const isMachineRead = ({ label }: Judged) => label.machineReadableDsn || label.arf;
  const isRight = ({ expected, found }: Judged) => expected.join() === found.join();
  for (const [what, group] of [
    ['machine-readable', judged.filter(isMachineRead)],
    ['in prose', judged.filter((one) => !isMachineRead(one))],
  ] as const) {
    const recognised = group.filter(
      ({ report, label }) => label.recipients.length === 0 || report.kind !== 'nothing',
    );
    const right = group.filter(isRight).length;
    t.diagnostic(`${what}: ${recognised.length} of ${group.length} recognised, ${right} classed as labelled`);
  }

  const wronglySuppressed = judged.filter(
    ({ expected, found }) =>
      found.some((kind) => SUPPRESSING.includes(kind)) &&
      !expected.some((kind) => SUPPRESSING.includes(kind)),
  );
  assert.deepEqual(
    wronglySuppressed.map(({ name }) => name),
    [],
    'nobody is suppressed who should not be',
  );
  const disagreed = judged.filter((one) => isMachineRead(one) && !isRight(one));
  assert.deepEqual(disagreed.map(({ name }) => name).sort(), Object.keys(DISAGREEMENTS).sort());
});

async function judge(name: string, label: Label): Promise<Judged> {
  const report = await readReport(readFileSync(new URL(`eml/${name}`, CORPUS)));
  const expected = label.recipients.map(({ cls }) => cls.replace(/^feedback-/, ''));
  if (COUNTED_TWICE.includes(name)) expected.pop();
  return { name, label, report, expected: expected.sort(), found: foundIn(report, label).sort() };
}

/** The labels call what is only late soft, as both change nothing at once. */
function foundIn(report: Report, { recipients }: Label): string[] {
  if (report.kind === 'nothing') return [];
  if (report.kind === 'authentication-report') return ['auth-failure'];
  if (report.kind !== 'bounces') return recipients.map(() => report.kind);
  return report.recipients.map(({ kind }) => (kind === 'delayed' ? 'soft' : kind));
}
