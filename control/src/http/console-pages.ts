import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { existsSync } from 'node:fs';
import path from 'node:path';

/** The consoles, each one page in a folder of its name. */
const consoles = ['key', 'clinic', 'fleet', 'setup', 'guest'] as const;

/** Hashed file names of the bundler's output never change their contents. */
const hashedName = /-[A-Za-z0-9_-]{8,}\.[a-z0-9]+$/;

/**
 * Serves the built consoles under /key/, /clinic/, /fleet/, /setup/ and the guests' page under /guest/, and a way to them at /.
 * @param root folder of the built pages; without it every page is 404 and only the API is served
 */
export async function registerConsolePages(app: FastifyInstance, root: string): Promise<void> {
  if (!existsSync(root)) return;
  await app.register(fastifyStatic, {
    root,
    index: ['index.html'],
    redirect: true,
    dotfiles: 'ignore',
    cacheControl: false,
    setHeaders: (reply, file) => {
      const value = hashedName.test(path.basename(file)) ? 'public, max-age=31536000, immutable' : 'no-cache';
      void reply.header('cache-control', value);
    },
  });
  if (existsSync(path.join(root, 'index.html'))) return;
  app.get('/', (_request, reply) => reply.redirect(`/${consoles[0]}/`, 302));
}
