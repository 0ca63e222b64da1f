import { config } from 'zod';

// SECURITY: the approver's content security policy has no 'unsafe-eval'; zod must not even probe for it (S22).
config({ jitless: true });
