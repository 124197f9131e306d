import { isPublished } from '#core/articles/article.ts';
import { previewPath } from '#core/articles/preview.ts';
import { AppError } from '#core/platform/errors.ts';
import { type Command, UsageError, withApp } from './command.ts';

export const previewCommand: Command = {
  summary: 'preview <slug>: a link under which a draft or a scheduled article can be read',
  help: `Usage: watchpost preview <slug>

Prints the address of an article that is not published yet, for you and whoever you give it to. No search engine
is told of it, and nobody can guess it. Once the article is published the address leads to the article itself.

<slug> is the name of the file or folder in content/articles, such as sim-swapping.`,
  async run({ positionals }) {
    const [slug, ...more] = positionals;
    if (slug === undefined || more.length > 0)
      throw new UsageError('It is called as "watchpost preview <slug>".');
    console.log(
      await withApp(async (app) => {
        const article = app.library.written(slug);
        if (!article)
          throw new AppError('not-found', `There is no sound article "${slug}": see "watchpost check".`);
        const isLive = isPublished(article, app.clock.now());
        return new URL(isLive ? article.path : previewPath(app, slug), app.siteUrl).href;
      }),
    );
    return 0;
  },
};
