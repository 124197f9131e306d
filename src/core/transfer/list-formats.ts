import { unguarded } from './csv-cells.ts';

/** What a list says of one person, as it says it. */
export interface Listed {
  email: string;
  /** `left`: by themselves, or because letters came back; `never`: they never confirmed. */
  state: 'reader' | 'left' | 'never';
  /** In the list's own words, for the record. */
  why: string;
  agreedAt?: string | undefined;
  agreedFrom?: string | undefined;
  confirmedAt?: string | undefined;
  confirmedFrom?: string | undefined;
  cadence?: string | undefined;
  topics?: string | undefined;
  alerts?: string | undefined;
  phrase?: string | undefined;
  words?: string | undefined;
}

/** A cell by the name of its column, whatever its case; blanks trimmed, empty where there is none. */
export type Row = (column: string) => string;

/** One vendor's form of a list. */
export interface ListFormat {
  name: string;
  /** Whose list it is, for people. */
  title: string;
  /** It is theirs where all of these columns are there. */
  columns: readonly string[];
  /** @param has whether the list has a column */
  read(row: Row, has: (column: string) => boolean): Listed;
}

/** What the column of addresses is called on a plain list. */
export const ADDRESS_COLUMNS = [
  'email',
  'e-mail',
  'email address',
  'email_address',
  'e-mail address',
  'mail',
] as const;

const isYes = (text: string) => /^(?:true|yes|1)$/i.test(text);
const reader = { state: 'reader', why: '' } as const;
const left = (why: string) => ({ state: 'left', why }) as const;

/** The more particular first. After HEADERS of public exports; a column more or less does no harm. */
export const LIST_FORMATS: readonly ListFormat[] = [
  {
    name: 'watchpost',
    title: 'Watchpost',
    columns: ['email', 'state', 'cadence', 'alerts', 'agreed_at', 'confirmed_at'],
    read: (row) => ({
      email: unguarded(row('email')),
      ...(row('state') === 'confirmed'
        ? reader
        : row('state') === 'pending'
          ? { state: 'never', why: 'pending' }
          : left(row('state') || 'no state')),
      agreedAt: row('agreed_at'),
      agreedFrom: row('agreed_from'),
      confirmedAt: row('confirmed_at'),
      confirmedFrom: row('confirmed_from'),
      cadence: row('cadence'),
      topics: row('topics'),
      alerts: row('alerts'),
      phrase: unguarded(row('phrase')),
      words: unguarded(row('words')),
    }),
  },
  {
    name: 'mailchimp',
    title: 'Mailchimp',
    columns: ['email address', 'optin_time'],
    read: (row, has) => ({
      email: row('email address'),
      ...(has('unsub_time')
        ? left(`unsubscribed ${row('unsub_time')} ${row('unsub_reason')}`)
        : has('clean_time')
          ? left(`cleaned ${row('clean_time')}`)
          : reader),
      agreedAt: row('optin_time'),
      agreedFrom: row('optin_ip'),
      confirmedAt: row('confirm_time'),
      confirmedFrom: row('confirm_ip'),
    }),
  },
  {
    name: 'substack',
    title: 'Substack',
    columns: ['email', 'active_subscription', 'email_disabled'],
    read: (row) => ({
      email: row('email'),
      ...(isYes(row('email_disabled')) ? left('email_disabled') : reader),
      agreedAt: row('created_at'),
    }),
  },
  {
    name: 'ghost',
    title: 'Ghost',
    columns: ['email', 'subscribed_to_emails'],
    read: (row) => ({
      email: row('email'),
      ...(row('deleted_at')
        ? left(`deleted ${row('deleted_at')}`)
        : isYes(row('subscribed_to_emails'))
          ? reader
          : left('not subscribed to emails')),
      agreedAt: row('created_at'),
    }),
  },
  {
    name: 'beehiiv',
    title: 'beehiiv',
    columns: ['email', 'status', 'tier'],
    read: (row) => ({
      email: row('email'),
      ...(row('unsubscribed_at') ? left(`unsubscribed ${row('unsubscribed_at')}`) : byStatus(row('status'))),
      agreedAt: row('created_at'),
    }),
  },
  {
    name: 'listmonk',
    title: 'listmonk',
    columns: ['email', 'attributes'],
    read: (row, has) => ({
      email: row('email'),
      ...(has('status') ? byStatus(row('status')) : reader),
      agreedAt: row('created_at'),
    }),
  },
  {
    name: 'curated',
    title: 'Curated',
    columns: ['email address', 'subscribed at'],
    read: (row) => ({ email: row('email address'), ...reader, agreedAt: row('subscribed at') }),
  },
  {
    name: 'buttondown',
    title: 'Buttondown',
    columns: ['email_address', 'creation_date'],
    read: (row) => ({
      email: row('email_address'),
      ...byStatus(row('type') || row('subscriber_type')),
      agreedAt: row('creation_date'),
    }),
  },
  {
    name: 'plain',
    title: 'a plain list',
    columns: [],
    read: (row, has) => ({
      email: row(ADDRESS_COLUMNS.find(has) ?? ''),
      ...(row('unsubscribed_at')
        ? left(`unsubscribed ${row('unsubscribed_at')}`)
        : byStatus(row('status') || row('state'))),
      agreedAt: row('subscribed_at') || row('created_at') || row('optin_time'),
      agreedFrom: row('ip') || row('optin_ip'),
      confirmedAt: row('confirmed_at'),
      confirmedFrom: row('confirm_ip'),
      cadence: row('cadence'),
    }),
  },
];

const READING =
  /^(?:|active|subscribed|enabled|confirmed|regular|premium|gifted|trialed|free|paid|churning|yes|true)$/i;
const NEVER = /^(?:pending|unconfirmed|unactivated|validating|invited|not.?confirmed|new)$/i;

/** A word that nobody knows counts as left: rather one reader too few than a letter to somebody who said stop. */
function byStatus(status: string): Pick<Listed, 'state' | 'why'> {
  if (READING.test(status)) return reader;
  return NEVER.test(status) ? { state: 'never', why: status } : left(status);
}
