import type { APIRoute } from 'astro';
import { xmlText } from '#core/articles/xml.ts';

/** Lets a browser search the site from its own address field (OpenSearch 1.1). */
export const GET: APIRoute = ({ cache, locals: { app } }) => {
  cache.set({ tags: ['site'] });
  const { title } = app.library.site;
  const template = `${new URL('/search/', app.siteUrl).href}?q={searchTerms}`;
  const body = `<?xml version="1.0" encoding="utf-8"?>
<OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/">
<ShortName>${xmlText(title.slice(0, 16).trim())}</ShortName>
<Description>${xmlText(`Search ${title}`)}</Description>
<InputEncoding>UTF-8</InputEncoding>
<Url type="text/html" template="${xmlText(template)}"/>
</OpenSearchDescription>
`;
  return new Response(body, {
    headers: { 'content-type': 'application/opensearchdescription+xml; charset=utf-8' },
  });
};
