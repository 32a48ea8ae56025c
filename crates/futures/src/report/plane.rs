//! A plane to draw on: two axes, each linear or logarithmic, with ticks where a reader expects them.

use plotters::{
    chart::{ChartBuilder, ChartContext},
    coord::{cartesian::Cartesian2d, types::RangedCoordf64},
    element::{Circle, PathElement, Polygon, Rectangle},
    prelude::{RGBColor, SVGBackend},
    style::{
        Color, ShapeStyle,
        text_anchor::{HPos, Pos, VPos},
    },
};

use super::{
    palette::{GRID, INK, MUTED, PAPER},
    plot::{Area, Problem, TEXT, text},
};

/// One axis.
#[derive(Clone, Debug)]
pub struct Axis {
    /// Least value shown.
    pub low: f64,
    /// Largest value shown.
    pub high: f64,
    /// Whether it is logarithmic.
    pub log: bool,
    /// What a tick is called.
    pub name: fn(f64) -> String,
    /// What it shows, with the unit.
    pub title: String,
    /// Ticks that are drawn whatever the range; none: chosen.
    pub ticks: Vec<f64>,
}

impl Axis {
    /// A linear axis.
    pub fn linear(low: f64, high: f64, name: fn(f64) -> String, title: &str) -> Self {
        Self {
            low,
            high: if high > low { high } else { low + 1.0 },
            log: false,
            name,
            title: title.to_owned(),
            ticks: Vec::new(),
        }
    }

    /// A logarithmic axis; both ends above zero.
    pub fn logarithmic(low: f64, high: f64, name: fn(f64) -> String, title: &str) -> Self {
        let low = low.max(1e-12);
        Self {
            log: true,
            ..Self::linear(low, high.max(low * 1.01), name, title)
        }
    }

    /// The place of a value: cut to the ends.
    pub fn place(&self, value: f64) -> f64 {
        let value = if value.is_nan() {
            self.low
        } else {
            value.clamp(self.low, self.high)
        };
        if self.log { value.log10() } else { value }
    }

    /// Where ticks are: at most about `most`.
    pub fn at(&self, most: usize) -> Vec<f64> {
        if !self.ticks.is_empty() {
            return self.ticks.clone();
        }
        if self.log {
            return self.log_ticks(most);
        }
        let raw = (self.high - self.low) / most.max(1) as f64;
        let power = libm::pow(10.0, raw.log10().floor());
        let step = [1.0, 2.0, 2.5, 5.0, 10.0]
            .into_iter()
            .map(|m| m * power)
            .find(|step| *step >= raw * 0.999)
            .unwrap_or(10.0 * power);
        let first = (self.low / step - 1e-9).ceil() as i64;
        let last = (self.high / step + 1e-9).floor() as i64;
        (first..=last).map(|k| k as f64 * step).collect()
    }

    fn log_ticks(&self, most: usize) -> Vec<f64> {
        let decades = self.low.log10().floor() as i32..=self.high.log10().ceil() as i32;
        let within = |x: &f64| (self.low * 0.999..=self.high * 1.001).contains(x);
        for digits in [&[1.0, 2.0, 5.0][..], &[1.0, 3.0], &[1.0]] {
            let ticks: Vec<f64> = decades
                .clone()
                .flat_map(|decade| digits.iter().map(move |digit| digit * libm::pow(10.0, decade.into())))
                .filter(within)
                .collect();
            if ticks.len() <= most {
                return ticks;
            }
        }
        let every = (decades.clone().count() / most.max(1)).max(1) + 1;
        let powers = decades.step_by(every).map(|decade| libm::pow(10.0, decade.into()));
        powers.filter(within).collect()
    }
}

type Context<'a> = ChartContext<'a, SVGBackend<'a>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

/// Axes on an area, and what is drawn between them.
pub struct Plane<'a, 'b> {
    area: &'b Area<'a>,
    context: Context<'a>,
    /// Horizontal axis.
    pub x: Axis,
    /// Vertical axis.
    pub y: Axis,
}

/// Room around a plane in pixels: left, right, top, bottom.
pub type Margins = [u32; 4];

impl<'a, 'b> Plane<'a, 'b> {
    /// Draws axes, grid and titles.
    ///
    /// # Errors
    /// Those of the backend.
    pub fn new(area: &'b Area<'a>, x: Axis, y: Axis, [left, right, top, bottom]: Margins) -> Result<Self, Problem> {
        let context = ChartBuilder::on(area)
            .margin_left(left)
            .margin_right(right)
            .margin_top(top)
            .margin_bottom(bottom)
            .build_cartesian_2d(x.place(x.low)..x.place(x.high), y.place(y.low)..y.place(y.high))?;
        let plane = Self { area, context, x, y };
        plane.axes()?;
        Ok(plane)
    }

    fn axes(&self) -> Result<(), Problem> {
        let (width, height) = self.area.dim_in_pixel();
        let (left, top) = self.pixel(self.x.low, self.y.high);
        let (right, bottom) = self.pixel(self.x.high, self.y.low);
        let most_x = ((right - left) / 64).clamp(2, 9) as usize;
        let most_y = ((bottom - top) / 42).clamp(2, 8) as usize;
        for tick in self.x.at(most_x) {
            let (x, _) = self.pixel(tick, self.y.low);
            self.area.draw(&PathElement::new(vec![(x, top), (x, bottom)], GRID))?;
            let style = text(&MUTED).pos(Pos::new(HPos::Center, VPos::Top));
            self.area.draw_text(&(self.x.name)(tick), &style, (x, bottom + 5))?;
        }
        for tick in self.y.at(most_y) {
            let (_, y) = self.pixel(self.x.low, tick);
            self.area.draw(&PathElement::new(vec![(left, y), (right, y)], GRID))?;
            let style = text(&MUTED).pos(Pos::new(HPos::Right, VPos::Center));
            self.area.draw_text(&(self.y.name)(tick), &style, (left - 6, y))?;
        }
        self.area
            .draw(&PathElement::new(vec![(left, bottom), (right, bottom)], MUTED))?;
        let style = text(&MUTED).pos(Pos::new(HPos::Center, VPos::Bottom));
        // A long title keeps within the picture.
        let half = text_width(&self.x.title) / 2 + 4;
        let most = (width as i32 - half).max(half);
        let middle = (((left + right) / 2).min(most), height as i32 - 4);
        self.area.draw_text(&self.x.title, &style, middle)?;
        let style = text(&MUTED).pos(Pos::new(HPos::Left, VPos::Top));
        self.area.draw_text(&self.y.title, &style, (4, 2))?;
        Ok(())
    }

    /// The pixel of a point.
    pub fn pixel(&self, x: f64, y: f64) -> (i32, i32) {
        self.context.backend_coord(&(self.x.place(x), self.y.place(y)))
    }

    /// A filled band between two lines over common x.
    ///
    /// # Errors
    /// Those of the backend.
    pub fn band(&self, x: &[f64], low: &[f64], high: &[f64], colour: RGBColor, opacity: f64) -> Result<(), Problem> {
        let forth = x.iter().zip(high);
        let back = x.iter().zip(low).rev();
        let points: Vec<(i32, i32)> = forth.chain(back).map(|(x, y)| self.pixel(*x, *y)).collect();
        self.area.draw(&Polygon::new(points, colour.mix(opacity).filled()))?;
        Ok(())
    }

    /// A line.
    ///
    /// # Errors
    /// Those of the backend.
    pub fn line(&self, points: &[(f64, f64)], colour: RGBColor, width: u32) -> Result<(), Problem> {
        let points: Vec<(i32, i32)> = points.iter().map(|(x, y)| self.pixel(*x, *y)).collect();
        self.area
            .draw(&PathElement::new(points, ShapeStyle::from(&colour).stroke_width(width)))?;
        Ok(())
    }

    /// A filled box.
    ///
    /// # Errors
    /// Those of the backend.
    pub fn rectangle(&self, from: (f64, f64), to: (f64, f64), colour: RGBColor, opacity: f64) -> Result<(), Problem> {
        let corners = [self.pixel(from.0, from.1), self.pixel(to.0, to.1)];
        let (a, b) = (corners[0], corners[1]);
        let corners = [(a.0.min(b.0), a.1.min(b.1)), (a.0.max(b.0), a.1.max(b.1))];
        self.area.draw(&Rectangle::new(corners, colour.mix(opacity).filled()))?;
        Ok(())
    }

    /// What the colours mean, in a row above the plane: each word behind a sample of its colour. The row begins at `from`
    /// pixels, or, with 0, where the plane does.
    ///
    /// # Errors
    /// Those of the backend.
    pub fn legend(&self, from: i32, samples: &[(RGBColor, f64, &str)]) -> Result<(), Problem> {
        let (left, top) = self.pixel(self.x.low, self.y.high);
        let (mut x, y) = (if from > 0 { from } else { left }, top - 12);
        for (colour, opacity, words) in samples {
            let sample = [(x, y - 5), (x + 14, y + 5)];
            self.area.draw(&Rectangle::new(sample, colour.mix(*opacity).filled()))?;
            let style = text(&MUTED).pos(Pos::new(HPos::Left, VPos::Center));
            self.area.draw_text(words, &style, (x + 19, y))?;
            x += 19 + text_width(words) + 16;
        }
        Ok(())
    }

    /// A dot.
    ///
    /// # Errors
    /// Those of the backend.
    pub fn dot(&self, x: f64, y: f64, colour: RGBColor) -> Result<(), Problem> {
        self.area.draw(&Circle::new(self.pixel(x, y), 5, colour.filled()))?;
        Ok(())
    }

    /// Words beside a point: `shift` pixels right and down of it.
    ///
    /// # Errors
    /// Those of the backend.
    pub fn words(&self, at: (f64, f64), shift: (i32, i32), side: HPos, words: &str) -> Result<(), Problem> {
        let (x, y) = self.pixel(at.0, at.1);
        let style = text(&INK).pos(Pos::new(side, VPos::Center));
        let at = (x + shift.0, y + shift.1);
        let right = matches!(side, HPos::Left);
        if right || shift.1 != 0 {
            // Words over a chart keep lines and bars away.
            let from = if right { at.0 } else { at.0 - text_width(words) };
            let behind = [(from - 2, at.1 - 8), (from + text_width(words) + 2, at.1 + 8)];
            self.area.draw(&Rectangle::new(behind, PAPER.mix(0.85).filled()))?;
        }
        self.area.draw_text(words, &style, at)?;
        Ok(())
    }
}

/// About how many pixels a text takes.
pub fn text_width(words: &str) -> i32 {
    (words.chars().count() as f64 * TEXT / 1.24 * 0.56) as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(low: f64, high: f64, log: bool) -> Axis {
        Axis {
            log,
            ..Axis::linear(low, high, |x| x.to_string(), "")
        }
    }

    #[test]
    fn ticks_are_round_and_few() {
        assert_eq!(axis(0.0, 4.0, false).at(5), [0.0, 1.0, 2.0, 3.0, 4.0]);
        assert_eq!(axis(0.0, 0.23, false).at(5).len(), 5);
        assert_eq!(axis(0.5, 12.0, true).at(8), [0.5, 1.0, 2.0, 5.0, 10.0]);
        let wide = axis(1e-6, 1e9, true).at(6);
        assert!((3..=8).contains(&wide.len()), "{wide:?}");
    }
}
