export { registerLearning } from "./register-learning.ts";
