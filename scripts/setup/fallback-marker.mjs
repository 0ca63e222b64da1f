/** The file in the fallback runtime's folder by which packaging recognises, and refuses, it. */
export const fallbackMarker = 'SALLYPORT-FALLBACK-RUNTIME';
