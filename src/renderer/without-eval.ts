import * as z from 'zod';

// SECURITY: the page may not make code from text (CSP: no 'unsafe-eval'); schemas must not even try (S12).
// This module is imported before any that builds a schema.
z.config({ jitless: true });
