import { type EmailAddress, parseEmailAddress } from '../platform/email-address.ts';
import { AppError } from '../platform/errors.ts';

/**
 * The one mailbox that a form or a command names.
 *
 * @throws AppError `invalid` with the field `email`
 */
export function mailboxFrom(typed: string): EmailAddress {
  const address = parseEmailAddress(typed);
  if (address) return address;
  throw new AppError('invalid', 'The address needs a change.', {
    email: typed.trim()
      ? 'This does not look like a mail address. It should be like name@example.org.'
      : 'Write the address that the letters should go to.',
  });
}
