/// <reference types="astro/client" />

declare namespace App {
  interface Locals {
    app: import('#core/app.ts').App;
    /** Of the client, proxies seen through. */
    clientAddress: string;
    /** What a posted comment came to, where the front door has taken it. */
    commentPost?: import('#server/comment-posts.ts').CommentPost;
  }
}
