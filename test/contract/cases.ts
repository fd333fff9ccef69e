export function describeCases(_origin: () => string): void {}
