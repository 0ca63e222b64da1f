/** The file in `out/main` by which packaging recognises, and refuses, a development build of the client. */
export const developmentMarkFile = 'DEVELOPMENT-BUILD';
