import { type Document, type Finding, isArticle, lineOfField, type Source } from './finding.ts';

/** Old addresses that can never lead where they should: taken, claimed twice, in a chain or a loop. */
export function checkAliases(documents: readonly Document[], sources: readonly Source[]): Finding[] {
  const real = new Set(documents.map(({ item }) => item.path));
  const claims = documents.flatMap(({ item, file }, at) =>
    isArticle(item)
      ? item.aliases.map((alias, index) => ({
          alias: withSlash(alias),
          target: item.path,
          file,
          line: lineOfField(sources[at] as Source, 'aliases', index),
        }))
      : [],
  );
  const targets = Map.groupBy(claims, ({ alias }) => alias);
  return claims.flatMap(({ alias, target, file, line }): Finding[] => {
    const others = (targets.get(alias) ?? []).filter((claim) => claim.target !== target);
    const way = wayFrom(alias, (address) => targets.get(address)?.[0]?.target);
    const message =
      (way.isLoop && `${alias} goes round in a loop: ${way.steps.join(' → ')}`) ||
      (way.steps.length > 2 && `${alias} begins a chain: ${way.steps.join(' → ')}`) ||
      (others[0] && `${alias} is an old address of ${others[0].target} too`) ||
      (real.has(alias) && `${alias} is the address of something that exists, which is shown there`);
    return message ? [{ level: 'fault', file, line, field: 'aliases', message }] : [];
  });
}

/** The addresses that a reader would be sent through. */
function wayFrom(alias: string, next: (address: string) => string | undefined) {
  const steps = [alias];
  for (let at = next(alias); at !== undefined; at = next(at)) {
    const isLoop = steps.includes(at);
    steps.push(at);
    if (isLoop) return { steps, isLoop };
  }
  return { steps, isLoop: false };
}

function withSlash(address: string): string {
  return address.endsWith('/') ? address : `${address}/`;
}
