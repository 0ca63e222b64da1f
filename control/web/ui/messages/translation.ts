/** The same messages in another language: every key, whatever the words. */
export type Translation<T> = { readonly [K in keyof T]: string };
