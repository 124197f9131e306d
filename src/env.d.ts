/// <reference types="astro/client" />

declare namespace App {
  interface Locals {
    app: import('#core/app.ts').App;
    /** Of the client, proxies seen through. */
    clientAddress: string;
  }
}
