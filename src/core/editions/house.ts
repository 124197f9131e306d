import type { Site } from '../articles/site.ts';

/** What letters say of the site itself: with it an edition is written without the library, and years later as it was. */
export interface House {
  title: string;
  language: string;
  timeZone: string;
  /** The site's origin with a slash. */
  url: string;
  /** The sender that site.yaml names. */
  from: string;
  postalAddress: string;
  /** Names of topics by their ids. */
  topics: Record<string, string>;
}

export function houseOf(site: Site, siteUrl: URL): House {
  const { title, language, timeZone, newsletter, topics } = site;
  return {
    ...{ title, language, timeZone, url: siteUrl.href, from: newsletter.from },
    postalAddress: newsletter.postalAddress,
    topics: Object.fromEntries(topics.map(({ id, name }) => [id, name])),
  };
}

/** A topic's name; of one that site.yaml does not know, its id in words. */
export function topicName({ topics }: Pick<House, 'topics'>, id: string): string {
  const words = id.replaceAll('-', ' ');
  return topics[id] ?? words.charAt(0).toUpperCase() + words.slice(1);
}
