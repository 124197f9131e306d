import type { Page } from '@playwright/test';

/** A device with a screen lock, as Chromium plays it: it makes passkeys and shows them when asked. */
export interface Device {
  /** Whether its owner is recognised. */
  recognises(isOwner: boolean): Promise<void>;
  /** It is lost: nothing of it answers any more. */
  lose(): Promise<void>;
  /** The passkeys on it. */
  count(): Promise<number>;
}

/** Gives a browser's page a device of its own. */
export async function withDevice(page: Page): Promise<Device> {
  const session = await page.context().newCDPSession(page);
  await session.send('WebAuthn.enable');
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      ctap2Version: 'ctap2_1',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return {
    recognises: async (isUserVerified) =>
      void (await session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified })),
    lose: async () => void (await session.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId })),
    count: async () =>
      (await session.send('WebAuthn.getCredentials', { authenticatorId })).credentials.length,
  };
}
