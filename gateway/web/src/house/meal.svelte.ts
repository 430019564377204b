import type { FormError } from "../lib/form";
import { numberOf, oreOf } from "../lib/house";
import { t } from "../lib/i18n.svelte";

/** Meals a week and what a week costs, as they are written on a page. */
export class MealForm {
  meals = $state("");
  price = $state("");

  constructor(meals = "", price = "0") {
    [this.meals, this.price] = [meals, price];
  }

  check(id: string): FormError[] {
    return [
      ...(numberOf(this.meals, 1, 21) === null ? [{ id: `${id}-meals`, text: t("meal.meals.bad") }] : []),
      ...((oreOf(this.price) ?? 200_001) > 200_000 ? [{ id: `${id}-price`, text: t("meal.price.bad") }] : []),
    ];
  }

  get values(): { mealsAWeek: number; priceOre: number } {
    return { mealsAWeek: numberOf(this.meals, 1, 21) ?? 0, priceOre: oreOf(this.price) ?? 0 };
  }
}
