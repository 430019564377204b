/** One thing to put right in a form: the id of the box and what is wrong with it. */
export interface FormError {
  id: string;
  text: string;
}
