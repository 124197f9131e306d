import type { Article } from '../article.ts';
import type { Library } from '../library.ts';
import type { PictureFacts } from '../pictures/picture.ts';
import type { Pictures } from '../pictures/pictures.ts';
import type { Site } from '../site.ts';
import { timeWords } from '../time-words.ts';

/** What a share picture says; nothing else goes into it. */
export interface ShareSubject {
  /** In the masthead. */
  site: string;
  title: string;
  /** At the foot: where it belongs, and when it was. */
  place: string;
  date: string;
  /** What goes on and matters. */
  flag?: string;
  cover?: PictureFacts;
}

export async function shareSubjectOf(
  { library, pictures }: { library: Library; pictures: Pictures },
  article: Article,
): Promise<ShareSubject> {
  const { site } = library;
  const [topic] = article.topics;
  const cover = article.image && (await pictures.picture(article.path, article.image.src));
  return {
    site: site.title,
    title: article.title,
    place: topic === undefined ? '' : library.topic(topic).name,
    date: timeWords(site, article.published, 'day'),
    ...(article.status === 'ongoing' ? { flag: flagOf(article) } : {}),
    ...(cover ? { cover } : {}),
  };
}

/** For every page that is no article. */
export function shareSubjectOfSite({ title, tagline }: Site, siteUrl: URL): ShareSubject {
  return { site: title, title: tagline || title, place: siteUrl.host, date: '' };
}

function flagOf({ severity }: Article): string {
  return severity === 'critical' ? 'Critical and ongoing' : 'Ongoing';
}
